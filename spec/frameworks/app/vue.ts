import type { Live } from 'quorum-rx/store';
import { defineComponent, h, onScopeDispose, shallowRef } from 'vue';
import { colour } from './colour.js';

export function useLive<T>(live: Live<T>) {
  const now = shallowRef(live.value);
  const subscription = live.subscribe((next) => (now.value = next));
  onScopeDispose(() => subscription.unsubscribe());
  return now;
}

export const Colour = defineComponent(() => {
  const now = useLive(colour);
  return () => h('b', now.value);
});
