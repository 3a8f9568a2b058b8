/** Pictures one after the other, by swipe, wheel and pinch: PhotoSwipe with the parts around it left to us. */
import PhotoSwipe, { type SlideData } from 'photoswipe';
import 'photoswipe/style.css';

export interface Slide {
  /** Of the picture, or of the film that plays. */
  address: string;
  /** Of one that is small and here at once. */
  early?: string;
  /** Of one as large as there is, and how wide the other one is: taken when somebody zooms. */
  full?: string;
  shown?: number;
  width: number;
  height: number;
  alt: string;
  film?: boolean;
  /** Nothing can be shown of it: these words are. */
  words?: string;
}

export interface Stage {
  count: () => number;
  /** null: it is still to come; say so by `refresh`. */
  slide: (index: number) => Slide | null;
  onindex: (index: number) => void;
  onclose: () => void;
}

export class Slides {
  #swipe: PhotoSwipe;
  #closed = false;

  constructor(element: HTMLElement, index: number, { count, slide, onindex, onclose }: Stage) {
    const swipe = new PhotoSwipe({
      index,
      appendToEl: element,
      getViewportSizeFn: () => ({ x: element.clientWidth, y: element.clientHeight }),
      showHideAnimationType: 'fade',
      bgOpacity: 1,
      loop: false,
      wheelToZoom: true,
      maxZoomLevel: 4,
      secondaryZoomLevel: 1.5,
      preload: [1, 2],
      // the dialog around it does these
      escKey: false,
      arrowKeys: false,
      trapFocus: false,
      returnFocus: false,
      close: false,
      counter: false,
      zoom: false,
      arrowPrev: false,
      arrowNext: false,
      clickToCloseNonZoomable: false,
      bgClickAction: false,
      imageClickAction: 'zoom',
      tapAction: false,
    });
    this.#swipe = swipe;
    swipe.addFilter('numItems', count);
    swipe.addFilter('itemData', (_, at): SlideData => {
      const found = slide(at);
      if (!found) return { type: 'coming', width: 4, height: 3 };
      const { address, early, full, shown, width, height, alt, film, words } = found;
      if (film || words) return { type: film ? 'film' : 'words', address, early, alt, words, width, height };
      return { src: address, width, height, alt, ...(early ? { msrc: early } : {}), ...(full && shown ? { srcset: `${address} ${shown}w, ${full} ${width}w` } : {}) };
    });
    swipe.on('contentLoad', (event) => {
      const { content } = event;
      if (!['film', 'words', 'coming'].includes(content.type)) return;
      event.preventDefault();
      content.element = drawn(content.type, content.data);
    });
    swipe.on('contentDeactivate', ({ content }) => content.element?.querySelector('video')?.pause());
    swipe.on('change', () => onindex(swipe.currIndex));
    // its pointers count from the corner of the page, its pictures from that of the stage
    swipe.on('updateScrollOffset', () => {
      const { left, top } = element.getBoundingClientRect();
      swipe.offset.x = left;
      swipe.offset.y = top;
    });
    swipe.on('destroy', () => {
      if (!this.#closed) onclose(); // pulled down by a finger
    });
    swipe.init();
    swipe.element?.removeAttribute('role'); // a dialog of its own inside ours
  }

  go(index: number): void {
    this.#swipe.goTo(index);
  }
  step(by: 1 | -1): void {
    if (by > 0) this.#swipe.next();
    else this.#swipe.prev();
  }
  zoom(): void {
    this.#swipe.toggleZoom();
  }
  /** Another state of what stands there. */
  refresh(index: number): void {
    this.#swipe.refreshSlideContent(index);
  }
  /** The stage has another size. */
  fit(): void {
    this.#swipe.updateSize(true);
  }
  end(): void {
    this.#closed = true;
    this.#swipe.destroy();
  }
}

function drawn(type: string, data: SlideData): HTMLDivElement {
  const around = document.createElement('div');
  around.className = `slide-${type}`;
  if (type === 'film') {
    const film = document.createElement('video');
    Object.assign(film, { src: data.address as string, controls: true, playsInline: true, preload: 'metadata', ...(data.early ? { poster: data.early as string } : {}) });
    film.setAttribute('aria-label', data.alt ?? '');
    around.append(film);
  } else if (type === 'words') around.textContent = data.words as string;
  return around;
}
