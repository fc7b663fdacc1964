import { type Clock, delay } from '../../machines/ports/clock.ts';
import { itemsOf } from '../workload/answers.ts';
import type { ApiAnswer, ApiRequest, WireApi } from '../world/wire.ts';

const batchPath = /^(\/v2\.0\/lbaas\/pools\/[0-9a-f-]+\/members)(\?additive_only=true)?$/;
const plainDeletion = /^\/v2\.0\/lbaas\/loadbalancers\/[0-9a-f-]+$/;
/** What a client may say of a member. */
const told = ['name', 'address', 'protocol_port', 'weight', 'backup', 'admin_state_up', 'tags'];
const done: ApiAnswer = { status: 202, text: '', confirmed: true };

/** Adds a batch of members by reading what there is, and putting all of it a moment later. */
export function addsToAnOldList(api: WireApi, _controller: string, clock: Clock): WireApi {
  return async (request) => {
    const [, path, additive] = batchOf(request);
    if (path === undefined || additive === undefined) return api(request);
    const answer = await api({ method: 'GET', path, body: null });
    if (answer.status !== 200) return answer;
    const asked = itemsOf(request.body, 'members');
    const ports = new Set(asked.map((member) => member['protocol_port']));
    const kept = itemsOf(JSON.parse(answer.text), 'members').filter(
      (member) => !ports.has(member['protocol_port']),
    );
    await delay(clock, 100);
    const members = [...kept.map(sayable), ...asked];
    return api({ method: 'PUT', path, body: { members } });
  };
}

/** Takes a batch for done that it has been asked for before, whatever others have done since. */
export function doesBatchesOnce(api: WireApi): WireApi {
  const last = new Map<string, string>();
  return async (request) => {
    const [, path] = batchOf(request);
    if (path === undefined) return api(request);
    const text = JSON.stringify(request.body);
    if (last.get(path) === text) return done;
    const answer = await api(request);
    if (answer.status === done.status) last.set(path, text);
    return answer;
  };
}

/** Deletes the children as well, although nobody has asked for that. */
export function alwaysCascades(api: WireApi): WireApi {
  return (request) => {
    const isPlain = request.method === 'DELETE' && plainDeletion.test(request.path);
    return api(isPlain ? { ...request, path: `${request.path}?cascade=true` } : request);
  };
}

function batchOf({ method, path }: ApiRequest): readonly (string | undefined)[] {
  return (method === 'PUT' ? batchPath.exec(path) : null) ?? [];
}

const sayable = (member: Readonly<Record<string, unknown>>): object =>
  Object.fromEntries(told.map((key) => [key, member[key]]));
