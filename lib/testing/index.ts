export { startServer, serverInMemory } from './server/startServer.js';
export type { EmbeddedServer, TreeNode } from './server/embeddedServer.js';
export type { Fault, FaultRequest, ServerOptions } from './server/serverOptions.js';
export { faultProxy, type FaultProxy } from './proxy/faultProxy.js';
export { randomFaults, type FaultKind, type RandomFaultsOptions } from './proxy/randomFaults.js';
export type { Direction } from './proxy/direction.js';
export type { FaultStep } from './proxy/faultStep.js';
export type { ProxyOptions } from './proxy/proxyOptions.js';
export type { Rewrite } from './proxy/rewrite.js';
