// A bundle for browsers gets this file in place of an entry point that needs sockets: see "browser" in package.json.
throw new Error(
  'This entry point of quorum-rx needs Node: it opens sockets. A browser can import quorum-rx/core, ' +
    'quorum-rx/operators, quorum-rx/store and quorum-rx/bridge/browser. If this is Node, as under the jsdom of Jest, ' +
    "resolve packages without the condition 'browser'."
);

export {};
