import { computed } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { colour } from './colour.js';

export class Palette {
  readonly colour = toSignal(colour, { requireSync: true });
  readonly loud = computed(() => this.colour().toUpperCase());
}
