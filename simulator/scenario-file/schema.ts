import { z } from 'zod';
import { type PresetName, presets } from '../../machines/timings/timings.ts';
import { LoadBalancerPOST } from '../../src/api/schemas/load-balancer.ts';
import type { CheckerKind } from '../checkers/checker.ts';
import { faultKinds } from '../faults/index.ts';
import { scenarios } from '../scenarios/index.ts';
import { verbs } from '../workload/change.ts';
import { resourceKinds } from '../workload/resources.ts';
import { Duration } from './duration.ts';

/** An object that names its keys when it is given another one. */
function strict<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? `there is no key ${issue.keys.map((key) => `'${key}'`).join(', ')} here; there are ${Object.keys(shape).join(', ')}`
        : undefined,
  });
}

const count = (least: number, greatest: number) => z.int().min(least).max(greatest);

const Topology = strict({
  controllers: count(1, 16).default(3),
  agents: count(1, 64).default(3),
  /** The first so many agents share the first host, and so on. */
  agentsPerHost: count(1, 64).default(1),
  /** Do hosts serve the provider 'vip' as well: at addresses that move by lease? */
  vips: z.boolean().default(false),
  /** Do agents have witnesses on other hosts, who carry their leases on while no judge answers? */
  witnesses: z.boolean().default(false),
  /** Do agents take load balancers of the provider 'memory' from a queue? */
  queued: z.boolean().default(false),
  /** Is there an appliance, the provider 'unfenced', that refuses nobody? */
  unfenced: z.boolean().default(false),
  /** Do load balancers of shared devices move by themselves to agents that hold less? */
  rebalance: z.boolean().default(false),
  /** How many load balancers may each agent hold? */
  capacity: count(1, 2_000).nullable().default(null),
  /** For a drawn workload; a listed one creates its own. */
  loadBalancers: count(1, 2_000).optional(),
});

const timingNames = Object.keys(presets.lan);
const presetNames = Object.keys(presets) as [PresetName, ...PresetName[]];
const Timings = strict({
  preset: z.enum(presetNames).default('lan'),
  ...Object.fromEntries(timingNames.map((name) => [name, z.number().positive().optional()])),
});

const kindNames = faultKinds.map(({ name }) => name);

const FaultEntry = strict({
  kind: z.enum(kindNames, {
    error: (issue) =>
      `there is no kind of fault called '${String(issue.input)}'; there are ${kindNames.join(', ')}`,
  }),
  at: Duration,
  /** Left out: it happens and is over. `ever`: it is never healed. */
  for: z.union([z.literal('ever').transform(() => null), Duration]).default(0),
  target: z.string().default(''),
  variant: z.string().default(''),
});
export type FaultEntry = z.infer<typeof FaultEntry>;

const name = z.string().min(1).max(255);
const attributes = z.record(z.string(), z.unknown());

const ChangeEntry = strict({
  verb: z.enum(verbs),
  kind: z.enum(resourceKinds),
  /** Left out: the load balancer itself. */
  name: z.string().max(511).default(''),
  attributes: attributes.default({}),
});

/** As the API takes it, and kept as it was written. */
const CreateBody = attributes.superRefine((body, context) => {
  const parsed = LoadBalancerPOST.safeParse(body);
  for (const { path, message } of parsed.error?.issues ?? []) {
    context.addIssue({ code: 'custom', path, message });
  }
});

/** Which of several clients of a load balancer; left out: it has only one. */
const hand = count(1, 64).optional();

const WorkEntry = z.discriminatedUnion(
  'do',
  [
    strict({ do: z.literal('create'), at: Duration, loadBalancer: name, hand }),
    strict({
      do: z.literal('edit'),
      at: Duration,
      loadBalancer: name,
      hand,
      description: z.string().max(255).optional(),
      operation: ChangeEntry.optional(),
    }),
    strict({
      do: z.literal('delete'),
      at: Duration,
      loadBalancer: name,
      hand,
      /** Only if it has no children any more? */
      plain: z.literal(true).optional(),
    }),
  ],
  { error: "each piece of work says 'do: create', 'do: edit' or 'do: delete'" },
);
export type WorkEntry = z.infer<typeof WorkEntry>;

const share = z.number().min(0).max(1);

/** Work that is drawn from the seed. */
const DrawnWork = strict({
  createdBy: Duration,
  editsMax: count(0, 1_000).default(4),
  deletedShare: z.number().min(0).max(1).default(0.25),
  /** Which share of the load balancers is given to a provider; the rest to the memory driver. */
  providers: z
    .strictObject({
      host: share.optional(),
      marker: share.optional(),
      vip: share.optional(),
      unfenced: share.optional(),
    })
    .refine(
      ({ host = 0, marker = 0, vip = 0, unfenced = 0 }) => host + marker + vip + unfenced <= 1,
      'their sum must be at most 1',
    )
    .default({}),
});

const Workload = z.union([z.array(WorkEntry), DrawnWork], {
  error: "must be a list of work, or 'createdBy', 'editsMax' and 'deletedShare' for drawn work",
});

/** Checkers that only some scenarios have, by their names; every run has the others anyway. */
export const scenarioCheckers: ReadonlyMap<string, CheckerKind> = new Map(
  scenarios.flatMap(({ checkers = [] }) => checkers.map((kind) => [kind.name, kind])),
);
const checkerNames = [...scenarioCheckers.keys()];

/** The version of the format: a file of another one is refused, not guessed at. */
export const formatName = 'holdfast-scenario/1';

export const ScenarioFile = strict({
  format: z.literal(formatName, { error: `must be '${formatName}'` }),
  name,
  summary: z.string().default(''),
  /** What must hold, for readers. */
  promise: z.string().default(''),
  seed: count(0, 2 ** 32 - 1).default(1),
  topology: Topology.prefault({}),
  timings: Timings.prefault({}),
  /** When the world is healed. */
  until: Duration,
  /** Agents that are not there when the world begins. */
  absent: z.array(z.string()).default([]),
  checkers: z
    .array(
      z.enum(checkerNames, {
        error: (issue) =>
          `there is no checker '${String(issue.input)}' that a scenario may ask for; there are ${checkerNames.join(', ')}`,
      }),
    )
    .default([]),
  faults: z.array(FaultEntry).default([]),
  workload: Workload,
  /** The bodies of creations, by name; a name without one gets a small one. */
  documents: z.record(z.string(), CreateBody).default({}),
});
export type ScenarioFile = z.infer<typeof ScenarioFile>;
