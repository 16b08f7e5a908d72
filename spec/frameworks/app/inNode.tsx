// Runs the recipes that need no page, and prints what each has seen, and how many subscriptions to the source it left.
import '@angular/compiler';
import { Injector, runInInjectionContext } from '@angular/core';
import { renderToString } from 'react-dom/server';
import { type Action, applyMiddleware, createStore } from 'redux';
import { createEpicMiddleware } from 'redux-observable';
import { get } from 'svelte/store';
import { effectScope } from 'vue';
import { Palette } from './angular.js';
import { colour } from './colour.js';
import { Colour } from './react.js';
import { colourEpic } from './reduxObservable.js';
import { server } from './server.js';
import { loud, readable } from './svelte.js';
import { useLive } from './vue.js';
import { following, palette } from './zustand.js';

const turn = () => new Promise((done) => setTimeout(done, 5));
const seen: Record<string, unknown[]> = {};

/** What the recipe shows at first, after a change, after a burst, and how often it has been told; then it is left. */
async function observe(name: string, start: () => { now: () => unknown; stop: () => void; told?: () => number }) {
  const { now, stop, told } = start();
  const states = [now()];
  for (const burst of [['red'], ['green', 'blue']]) {
    server.show(...burst);
    await turn();
    states.push(now());
  }
  stop();
  await turn();
  seen[name] = [...states, { told: told?.(), left: server.current }];
}

seen['react'] = [renderToString(<Colour />)];
await observe('zustand', () => ({ now: () => palette.getState().colour, stop: () => following.unsubscribe() }));
await observe('svelte get', () => ({ now: () => get(readable(colour)), stop: () => {} }));
await observe('svelte derived', () => {
  const values: string[] = [];
  return { now: () => values.at(-1), stop: loud.subscribe((now) => values.push(now)), told: () => values.length };
});
await observe('vue', () => {
  const scope = effectScope();
  const now = scope.run(() => useLive(colour))!;
  return { now: () => now.value, stop: () => scope.stop() };
});
await observe('angular', () => {
  const injector = Injector.create({ providers: [] });
  const { colour: now, loud } = runInInjectionContext(injector, () => new Palette());
  return { now: () => [now(), loud()], stop: () => injector.destroy() };
});
await observe('redux-observable', () => {
  const epics = createEpicMiddleware<Action>();
  const reduce = (state: unknown[] = [], action: Action & { colour?: string }) =>
    action.colour === undefined ? state : [...state, action.colour];
  const store = createStore(reduce, applyMiddleware(epics));
  epics.run(colourEpic);
  store.dispatch({ type: 'palette/opened' });
  return {
    now: () => store.getState().at(-1),
    stop: () => store.dispatch({ type: 'palette/closed' }),
    told: () => store.getState().length,
  };
});
console.log(JSON.stringify(seen));
