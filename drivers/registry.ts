import type { DriverModule } from './contract/driver.ts';
import { caddyModule } from './caddy/module.ts';
import { haproxyModule } from './haproxy/module.ts';
import { vipModule } from './haproxy/vip/module.ts';
import { memoryModule } from './memory/module.ts';

/** Every driver there is; a new one is a folder and a line here. */
export const driverModules: readonly DriverModule[] = [
  haproxyModule,
  vipModule,
  caddyModule,
  memoryModule,
];

/** The driver of this name or alias (an Octavia provider's name); null where there is none. */
export function driverModule(nameOrAlias: string): DriverModule | null {
  return (
    driverModules.find(
      ({ descriptor }) =>
        descriptor.name === nameOrAlias || descriptor.aliases.includes(nameOrAlias),
    ) ?? null
  );
}
