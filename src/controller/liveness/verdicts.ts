import { z } from 'zod';
import { LivenessContext } from '../../../machines/liveness/context.ts';
import type { Log } from '../../../machines/ports/log.ts';
import * as subjects from '../../../machines/protocol/subjects.ts';
import { serve } from '../../messaging/endpoint.ts';
import { type Bus, BusUnavailable, type Subscription } from '../../ports/bus.ts';
import { Told } from '../fleet/told.ts';

/** A controller of a newer release may know more of an agent; what is unknown here is left aside. */
const Context: z.ZodType<LivenessContext> = z.object(LivenessContext.shape);
const Notice = z.strictObject({
  agent: z.string(),
  state: z.string(),
  context: Context,
  told: Told,
});

type Known = (agent: string, state: string, context: LivenessContext, told: Told) => void;

/**
 * What judges tell each other's load balancers at once, before their records have gone round. It is
 * only a notice: receivers commit their own consequences, and the records say the same later.
 */
export class Verdicts {
  readonly #bus: Bus;
  readonly #log: Log;
  readonly #known: Known;

  constructor(bus: Bus, log: Log, known: Known) {
    this.#bus = bus;
    this.#log = log;
    this.#known = known;
  }

  tell(agent: string, state: string, context: LivenessContext, told: Told): void {
    try {
      const notice = { agent, state, context, told };
      this.#bus.publish(subjects.controller('all', 'verdict'), JSON.stringify(notice));
    } catch (error) {
      if (!(error instanceof BusUnavailable)) throw error;
      this.#log.debug({ agent, state }, 'a verdict was not told: not connected');
    }
  }

  listen(): Subscription {
    return serve({
      bus: this.#bus,
      log: this.#log,
      subject: subjects.controller('all', 'verdict'),
      schema: Notice,
      handle: ({ agent, state, context, told }) => {
        this.#known(agent, state, context, told);
        return undefined;
      },
    });
  }
}
