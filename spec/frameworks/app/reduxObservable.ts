import type { Action } from 'redux';
import { type Epic, ofType } from 'redux-observable';
import { map, switchMap, takeUntil } from 'rxjs';
import { colour } from './colour.js';

export const colourEpic: Epic<Action> = (action$) =>
  action$.pipe(
    ofType('palette/opened'),
    switchMap(() => colour.pipe(takeUntil(action$.pipe(ofType('palette/closed'))))),
    map((now) => ({ type: 'palette/coloured', colour: now }))
  );
