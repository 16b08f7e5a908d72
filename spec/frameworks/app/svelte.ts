import type { Live } from 'quorum-rx/store';
import { derived, type Readable } from 'svelte/store';
import { colour } from './colour.js';

export const readable = <T>(live: Live<T>): Readable<T> => ({
  subscribe: (run) => {
    const subscription = live.subscribe(run);
    return () => subscription.unsubscribe();
  },
});

export const loud = derived(readable(colour), (now) => now.toUpperCase());
