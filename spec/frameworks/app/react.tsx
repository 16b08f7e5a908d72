import { toExternalStore } from 'quorum-rx/store';
import { useSyncExternalStore } from 'react';
import { colour } from './colour.js';

const store = toExternalStore(colour); // once, outside of the component

export function Colour() {
  const now = useSyncExternalStore(store.subscribe, store.getSnapshot, store.getServerSnapshot);
  return <b>{now}</b>;
}
