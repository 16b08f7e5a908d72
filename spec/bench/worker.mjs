// One contender, one workload, one process: what one client does to a call site must not slow down the next one.
import { contenders } from './contenders.mjs';
import { observed } from './observed.mjs';
import { workloads } from './workloads.mjs';

const context = JSON.parse(process.argv[2]);
const workload = workloads[context.workload];
const make = contenders[context.contender] ?? observed[context.contender];
const client = workload.bare === true ? undefined : await make?.(context);
const result = await workload.run(client, { count: workload.count, ...context });
process.stdout.write(`RESULT ${JSON.stringify(result ?? null)}\n`, () => process.exit(0));
