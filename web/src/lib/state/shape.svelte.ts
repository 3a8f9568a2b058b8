/** The three shapes of the desktop, by the width of the screen (shared with the style sheets: 600 and 1100 px). */
class Shape {
  #wide = $state(true);
  #phone = $state(false);

  constructor() {
    follow('(width >= 1100px)', (is) => (this.#wide = is));
    follow('(width < 600px)', (is) => (this.#phone = is));
  }

  get isWide(): boolean {
    return this.#wide;
  }
  get isPhone(): boolean {
    return this.#phone;
  }
}

function follow(query: string, tell: (matches: boolean) => void): void {
  const list = matchMedia(query);
  tell(list.matches);
  list.addEventListener('change', (event) => tell(event.matches));
}

export const shape = new Shape();
