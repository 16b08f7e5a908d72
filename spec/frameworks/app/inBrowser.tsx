// A page with the components of React, Svelte and Vue, and a signal of Angular. What a test does to it is in `page`.
import { Component, type ReactNode, StrictMode } from 'react';
import { createRoot, hydrateRoot, type Root } from 'react-dom/client';
import { mount, unmount } from 'svelte';
import { createApp } from 'vue';
import SvelteColour from './Colour.svelte';
import { mountPalette } from './angularPage.js';
import { Colour as ReactColour } from './react.js';
import { server } from './server.js';
import { Colour as VueColour } from './vue.js';
import { Colour as VueUseColour } from './vueUse.js';

class Boundary extends Component<{ readonly children: ReactNode }, { readonly error?: Error }> {
  override state: { readonly error?: Error } = {};
  static getDerivedStateFromError = (error: Error) => ({ error });
  override render(): ReactNode {
    const { error } = this.state;
    return error === undefined ? (
      this.props.children
    ) : (
      <button onClick={() => this.setState({ error: undefined! })}>{error.message}</button>
    );
  }
}

const inReact = (
  <StrictMode>
    <Boundary>
      <ReactColour /> <ReactColour />
    </Boundary>
  </StrictMode>
);
const options = { onCaughtError: () => {} }; // React would print what the boundary shows
const place = document.getElementById('place')!;
const inVue = (component: typeof VueColour) => () => {
  const app = createApp(component);
  app.mount(place);
  return () => app.unmount();
};
const inRoot = (root: Root) => () => root.unmount();
const mounting: Record<string, () => () => void> = {
  react: () => {
    const root = createRoot(place, options);
    root.render(inReact);
    return inRoot(root);
  },
  'react from a server': () => inRoot(hydrateRoot(place, inReact, options)),
  svelte: () => {
    const component = mount(SvelteColour, { target: place });
    return () => void unmount(component);
  },
  vue: inVue(VueColour),
  vueUse: inVue(VueUseColour),
  angular: () => mountPalette(place),
};
let leave = () => {};

/** What the test may do, and see. */
export const page = {
  mount: (name: string) => void (leave = mounting[name]!()),
  unmount: () => leave(),
  show: (...values: string[]) => server.show(...values),
  fail: (message: string) => server.fail(message),
  click: () => place.querySelector('button')!.click(),
  look: () => ({ text: place.textContent, current: server.current, total: server.total }),
};
Object.assign(window, { page });
