/**
 * One path for all the ways to write it: `/v2` is `/v2.0`, `lbaas/` may be left out, and `.json` and
 * a last slash say nothing. So each route is written once.
 */
export function canonicalPath(request: Request): string {
  const path = new URL(request.url).pathname.replace(/(?:\.json)?\/*$/, '');
  return path.replace(/^\/v2(?:\.0)?(?=\/|$)(?:\/lbaas(?=\/|$))?/, '/v2.0') || '/';
}
