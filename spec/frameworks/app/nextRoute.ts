import { action, bridge } from 'quorum-rx/bridge';
import { count$, increase } from './count.js';

const handler = bridge(
  { count: () => count$ },
  { authorize: () => ({ id: 'everybody' }), actions: { increase: action((by) => Number(by), increase) }, linger: 0 }
);
export const dynamic = 'force-dynamic';
export const runtime = 'nodejs';
export { handler as GET, handler as POST };
