import { t } from './words.svelte';

export function greeting(now = new Date()): string {
  const hour = now.getHours();
  return t(hour < 12 && hour >= 5 ? 'goodMorning' : hour >= 12 && hour < 19 ? 'goodDay' : 'goodEvening');
}
