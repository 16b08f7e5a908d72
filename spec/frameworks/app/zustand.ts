import { createStore } from 'zustand/vanilla';
import { colour } from './colour.js';

export const palette = createStore(() => ({ colour: colour.value }));
export const following = colour.subscribe((now) => palette.setState({ colour: now })); // until it is unsubscribed
