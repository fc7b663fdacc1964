import { readFileSync } from 'node:fs';
import type { Target } from '../../../drivers/contract/target.ts';
import { haproxyModule } from '../../../drivers/haproxy/module.ts';
import { driverContext } from './context.ts';

/** An agent's process that applies one target: `agent-main.ts <file with what to do>`. */
const [, , file] = process.argv;
if (file === undefined) throw new Error('the first argument is to name a file');
const { stateDir, options, target } = JSON.parse(readFileSync(file, 'utf8')) as {
  stateDir: string;
  options: object;
  target: Target;
};
const driver = await haproxyModule.create(driverContext('child', options, stateDir));
await driver.apply(target);
