// Runs before the first paint, so that neither theme nor density flashes. The choice is written by lib/state/look.
for (const part of document.cookie.split('; ')) {
  const [name, value] = part.split('=');
  if (name === 'theme' && value !== 'system') document.documentElement.dataset.theme = value;
  if (name === 'density' || name === 'contrast') document.documentElement.dataset[name] = value;
}
