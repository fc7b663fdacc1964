import type { Clock } from '../../machines/ports/clock.ts';
import type { ApiAnswer, WireApi } from '../world/wire.ts';

/** Calls everything that is pending new. */
export function callsEditsCreations(api: WireApi): WireApi {
  return changed(api, (text) => text.replaceAll('PENDING_UPDATE', 'PENDING_CREATE'));
}

/** Answers the same question the same way for some seconds. */
export function answersFromCache(api: WireApi, _controller: string, clock: Clock): WireApi {
  const cache = new Map<string, { readonly untilMs: number; readonly answer: ApiAnswer }>();
  return async (request) => {
    const nowMs = clock.monotonicMs();
    const known = cache.get(request.path);
    const isRead = request.method === 'GET';
    if (isRead && known !== undefined && nowMs < known.untilMs) return known.answer;
    const answer = await api(request);
    if (isRead) cache.set(request.path, { untilMs: nowMs + 5_000, answer });
    return answer;
  };
}

/** Never answers every twentieth request, and carries it out. */
export function losesAnswers(api: WireApi): WireApi {
  let requests = 0;
  return async (request) => {
    requests += 1;
    const isLost = requests % 20 === 0;
    const answer = await api(request);
    return isLost ? new Promise<never>(() => undefined) : answer;
  };
}

/** Carries out each creation of a pool twice, and tells of one. */
export function repeatsCreations(api: WireApi): WireApi {
  return async (request) => {
    const answer = await api(request);
    if (request.method === 'POST' && request.path === '/v2.0/lbaas/pools') await api(request);
    return answer;
  };
}

/** Says of every fifth write to a pool, or to what stands below it, that there is no such pool. */
export function losesSightOfPools(api: WireApi): WireApi {
  let requests = 0;
  return (request) => {
    if (request.method === 'GET' || !request.path.startsWith('/v2.0/lbaas/pools/'))
      return api(request);
    requests += 1;
    if (requests % 5 !== 0) return api(request);
    const text = '{"faultcode":"Client","faultstring":"planted","debuginfo":null}';
    return Promise.resolve({ status: 404, text, confirmed: true });
  };
}

/** Once it could not confirm an answer, it confirms none any more. */
export function neverSureAgain(api: WireApi): WireApi {
  let isSure = true;
  return async (request) => {
    const answer = await api(request);
    isSure &&= answer.confirmed;
    return { ...answer, confirmed: isSure };
  };
}

/** Breaks over every twentieth request. */
export function breaksSometimes(api: WireApi): WireApi {
  let requests = 0;
  return (request) => {
    requests += 1;
    if (requests % 20 !== 0) return api(request);
    const text = '{"faultcode":"Server","faultstring":"planted","debuginfo":null}';
    return Promise.resolve({ status: 500, text, confirmed: true });
  };
}

function changed(api: WireApi, change: (text: string) => string): WireApi {
  return async (request) => {
    const answer = await api(request);
    return { ...answer, text: change(answer.text) };
  };
}
