import '@angular/compiler';
import { Injector, runInInjectionContext } from '@angular/core';
import { Palette } from './angular.js';

/** Shows a signal of Angular's, without its renderer. */
export function mountPalette(place: HTMLElement): () => void {
  const injector = Injector.create({ providers: [] });
  const palette = runInInjectionContext(injector, () => new Palette());
  const drawing = setInterval(() => (place.textContent = palette.colour()), 10);
  return () => {
    clearInterval(drawing);
    injector.destroy();
    place.textContent = '';
  };
}
