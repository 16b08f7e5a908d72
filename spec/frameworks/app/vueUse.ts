import { useObservable } from '@vueuse/rxjs';
import { defineComponent, h } from 'vue';
import { colour } from './colour.js';

export const Colour = defineComponent(() => {
  const now = useObservable(colour, { initialValue: colour.value });
  return () => h('b', now.value);
});
