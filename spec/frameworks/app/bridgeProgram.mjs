// A program with a bridge to web pages, and with the page itself. Arguments: the servers of ZooKeeper, and a port or 0.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { open, utf8 } from 'quorum-rx';
import { bridge, toNodeListener } from 'quorum-rx/bridge';

const [servers, port] = process.argv.slice(2);
const zk = await open(servers);
const handler = bridge(
  { colour: () => zk.watch('/colour', { codec: utf8 }) },
  { authorize: ({ headers }) => (headers.get('x-token') === 'blue' ? { id: 'page' } : undefined) }
);
const toBridge = toNodeListener(handler);
let requests = 0;
const server = createServer(async (request, response) => {
  if (request.url === '/bridge') {
    requests++;
    return toBridge(request, response);
  }
  if (request.url === '/sizes') return response.end(JSON.stringify({ lines: handler.sizes.lines, requests }));
  const isScript = request.url === '/page.js';
  response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
  response.end(
    isScript
      ? await readFile('out/overBridge.js')
      : '<link rel="icon" href="data:,"><div id="place"></div><script src="/page.js"></script>'
  );
});
server.listen(Number(port), '127.0.0.1', () => console.log(`port ${server.address().port}`));
