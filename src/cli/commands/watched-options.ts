import { Option } from 'commander';
import { defaultDirectory } from './up.ts';

/** Which system to watch; the same for every command that does. */
export const watchedOptions = () => [
  new Option('-c, --config <file>', 'whose nats section names the servers and the operator’s key'),
  new Option('-d, --directory <path>', 'the directory of "holdfast up", without --config').default(
    defaultDirectory,
  ),
];
