import { agentCrash } from '../faults/agent-crash.ts';
import { agentCut } from '../faults/agent-cut.ts';
import { agentJoin } from '../faults/agent-join.ts';
import { agentPause } from '../faults/agent-pause.ts';
import { controllerCrash } from '../faults/controller-crash.ts';
import { controllerDisconnect } from '../faults/controller-disconnect.ts';
import { controllerPause } from '../faults/controller-pause.ts';
import type { Fault, FaultFrame, FaultKind } from '../faults/fault.ts';
import { faultKinds } from '../faults/index.ts';
import type { RandomStream } from '../world/random-streams.ts';
import { drawProviders, drawWork, type Upon } from '../workload/work.ts';
import { faultFrame, type Plan, type PlanFrame } from './scenario.ts';

export const troublePromise =
  'Whatever happens, no load balancer is lost or configured by two agents, and once the core is whole, all of them are bound to it.';

/** Which share of the load balancers can't leave their host, or has a device with a weak fence. */
const providers = { host: 0.25, marker: 0.15 };
const withVips = { host: 0.15, marker: 0.15, vip: 0.3 };
const unfencedShare = 0.25;

export interface Trouble {
  readonly untilMs: number;
  /** Of how many runs a kind of fault is part. */
  readonly kindShare: number;
  /** How many faults of one kind a run has at most. */
  readonly faultsOfAKindMax: number;
  /** In how many runs an agent is lost for good. */
  readonly lossShare: number;
  /** In how many a controller is; none where it is not given. */
  readonly controllerLossShare?: number;
  readonly createdByMs: number;
  readonly editsMax: number;
  readonly deletedShare: number;
  /** Are agents that join not there before? Otherwise only those join that died. */
  readonly joinersAreNew?: boolean;
  /** Where given, faults come in bursts, as one failure brings the next. */
  readonly bursts?: Bursts;
}

export interface Bursts {
  /** How many a run has, from and to. */
  readonly count: readonly [number, number];
  /** How many of all faults are in one, and of edits and deletions upon one. */
  readonly share: number;
  /** How long one lasts. */
  readonly withinMs: number;
}

/**
 * Everything that can go wrong, in a new mixture for each seed: leaving kinds out finds what a run
 * with all of them at once would drown (swarm testing, Groce et al. 2012).
 */
export function drawTrouble(
  stream: (name: string) => RandomStream,
  planFrame: PlanFrame,
  trouble: Trouble,
): Plan {
  const { untilMs, kindShare, faultsOfAKindMax } = trouble;
  const frame = faultFrame(planFrame, 500, untilMs);
  const faults = faultKinds.flatMap((kind) => {
    if (kind.needsVips === true && !planFrame.vips) return [];
    if (kind.isOutOfMixtures === true) return [];
    // One stream for each kind, so that a new kind leaves the others as they were.
    const own = stream(`faults:${kind.name}`);
    if (!own.chance(kindShare)) return [];
    return Array.from({ length: own.integer(1, faultsOfAKindMax) }, () => kind.draw(own, frame));
  });
  const { lossShare, controllerLossShare = 0, joinersAreNew = false } = trouble;
  const absent = joinersAreNew ? joinersOf(faults) : [];
  const agents = frame.agents.filter((id) => !absent.includes(id));
  const losses = [
    ...drawLoss(stream('loss'), { ...frame, agents }, 'agents', lossShare, agentLosses),
    ...drawLoss(
      stream('loss of controllers'),
      frame,
      'controllers',
      controllerLossShare,
      controllerLosses,
    ),
  ];
  const { createdByMs, editsMax, deletedShare, bursts } = trouble;
  const { loadBalancers } = planFrame;
  const momentsMs = bursts === undefined ? [] : drawMoments(stream('bursts'), frame, bursts);
  const upon = uponBursts(momentsMs, bursts);
  const workFrame = { loadBalancers, createdByMs, untilMs, editsMax, deletedShare, ...upon };
  const shares = {
    ...(planFrame.vips ? withVips : providers),
    unfenced: planFrame.unfenced ? unfencedShare : 0,
  };
  const provider = drawProviders(stream('providers'), shares);
  const work = drawWork(stream('workload'), workFrame, provider);
  const all = [...faults, ...losses].map((fault) => {
    if (bursts === undefined) return fault;
    return inBurst(stream(`bursts:${fault.kind}`), fault, { momentsMs, ...bursts }, untilMs);
  });
  return { work, faults: all, untilMs, ...(joinersAreNew ? { absent } : {}) };
}

function drawMoments(stream: RandomStream, frame: FaultFrame, bursts: Bursts): readonly number[] {
  const lastMs = frame.untilMs - bursts.withinMs;
  const count = stream.integer(...bursts.count);
  return Array.from({ length: count }, () => stream.between(frame.fromMs, lastMs));
}

function uponBursts(momentsMs: readonly number[], bursts: Bursts | undefined): { upon?: Upon } {
  if (bursts === undefined) return {};
  const { share, withinMs } = bursts;
  return { upon: { momentsMs, aroundMs: [0, withinMs], share } };
}

/** One that a burst takes happens there and not when it was drawn for, and ends with the run at the latest. */
function inBurst(
  stream: RandomStream,
  fault: Fault,
  { momentsMs, share, withinMs }: Bursts & { readonly momentsMs: readonly number[] },
  untilMs: number,
): Fault {
  if (!stream.chance(share)) return fault;
  const atMs = stream.pick(momentsMs) + stream.between(0, withinMs);
  const { forMs } = fault;
  return { ...fault, atMs, forMs: forMs === null ? null : Math.min(forMs, untilMs - atMs) };
}

function joinersOf(faults: readonly Fault[]): readonly string[] {
  return faults.flatMap(({ kind, target }) => (kind === agentJoin.name ? [target] : []));
}

const agentLosses = [agentCrash, agentCut, agentPause];
const controllerLosses = [controllerCrash, controllerDisconnect, controllerPause];

/**
 * In some runs one process is never well again, and the others have to do without it. Where everything
 * heals, a system that waits for the broken one looks as good as one that works around it.
 */
function drawLoss(
  stream: RandomStream,
  frame: FaultFrame,
  of: 'agents' | 'controllers',
  share: number,
  kinds: readonly FaultKind[],
): Fault[] {
  if (frame[of].length < 2 || !stream.chance(share)) return [];
  return [{ ...stream.pick(kinds).draw(stream, frame), forMs: null }];
}
