import { Hono } from 'hono';
import type { ApiEnv, ApiOptions, Route } from './context.ts';
import { answerError, answerFault } from './faults.ts';
import { acceptJson, currentState, refuseForeigners } from './guards.ts';
import { canonicalPath } from './path.ts';
import { discoveryRoutes } from './routes/discovery.ts';
import { healthMonitorRoutes } from './routes/health-monitors.ts';
import { holdfastRoutes } from './routes/holdfast.ts';
import { listenerRoutes } from './routes/listeners.ts';
import { loadBalancerRoutes } from './routes/load-balancers.ts';
import { memberRoutes } from './routes/members.ts';
import { neutronRoutes } from './routes/neutron.ts';
import { poolRoutes } from './routes/pools.ts';

export type Api = Hono<ApiEnv>;

/** The whole API, as one function from requests to responses. */
export function createApi(options: ApiOptions): Api {
  const app: Api = new Hono<ApiEnv>({ getPath: canonicalPath });
  app.use(async (c, next) => {
    const requestId = `req-${options.random.uuid()}`;
    c.set('requestId', requestId);
    c.set('log', options.log.child({ requestId }));
    const startedAt = options.clock.monotonicMs();
    await next();
    c.header('x-openstack-request-id', requestId);
    const tookMs = options.clock.monotonicMs() - startedAt;
    const { method, path } = c.req;
    c.var.log.info({ method, path, status: c.res.status, tookMs }, 'served a request');
  });
  app.use(refuseForeigners(options.config));
  app.use('/v2.0/*', acceptJson);
  app.use('/v2.0/*', currentState(options.services.loadBalancers));
  app.onError((error, c) => answerError(c, error));
  app.notFound((c) => answerFault(c, 404, `There is nothing at ${c.req.path}.`));
  mount(app, [
    ...discoveryRoutes(options),
    ...loadBalancerRoutes(options),
    ...listenerRoutes(options),
    ...poolRoutes(options),
    ...memberRoutes(options),
    ...healthMonitorRoutes(options),
    ...neutronRoutes(options),
    ...holdfastRoutes(options),
  ]);
  return app;
}

/** Mounts the routes; a path that exists answers its other methods with 405, not with 404. */
function mount(app: Api, routes: readonly Route[]): void {
  for (const { method, path, handle } of routes) app.on(method, path, handle);
  for (const path of new Set(routes.map((route) => route.path))) {
    const methods = routes.filter((route) => route.path === path).map((route) => route.method);
    const allowed = methods.join(', ');
    app.all(path, (c) => {
      c.header('Allow', allowed);
      return answerFault(c, 405, `${c.req.method} is not allowed here; ${allowed} is.`);
    });
  }
}
