import type { DriverDescriptor } from '../../drivers/contract/driver.ts';
import type { LoadBalancerDocument } from '../../machines/model/document.ts';
import { Fault } from '../../machines/model/fault.ts';
import type { ApiOptions } from './context.ts';

/** The driver that a provider's name means; throws a Fault (400) if it means none. */
export function enabledProvider(options: ApiOptions, name: string): DriverDescriptor {
  const descriptor = options.resolveProvider(name);
  if (descriptor === null) throw new Fault(400, `Provider '${name}' is not enabled.`);
  return descriptor;
}

export function unsupportedOption(provider: string, option: string): Fault {
  return new Fault(501, `Provider '${provider}' does not support a requested option: ${option}`);
}

/** Throws a Fault (501) that names what in the document the driver can't serve. */
export function assertSupported(
  descriptor: DriverDescriptor,
  document: LoadBalancerDocument,
): void {
  const options = descriptor.unsupported(document);
  if (options.length > 0) throw unsupportedOption(document.provider, options.join(', '));
}
