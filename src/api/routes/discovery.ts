import type { ApiContext, ApiOptions, Route } from '../context.ts';

/** Octavia's minor versions and when each came; clients read from them which attributes exist. */
const minorVersions = [
  '2016-12-11',
  '2018-04-20',
  '2018-07-31',
  '2018-12-18',
  '2018-12-19',
  '2019-01-21',
  '2019-01-25',
  '2018-01-25T12',
  '2019-02-12',
  '2019-03-04',
  '2019-03-05',
  '2019-06-24',
  '2019-09-11',
  '2019-09-13',
  '2019-11-10',
  '2020-03-10',
  '2020-03-15',
  '2020-04-29',
  '2020-04-29T01',
  '2020-05-12',
  '2020-08-02',
  '2020-09-03',
  '2020-09-04',
  '2020-09-07',
  '2020-10-15',
  '2021-10-02',
  '2022-08-29',
  '2023-05-05',
  '2023-11-08',
  '2024-10-15',
  '2025-02-26',
];

function versions(c: ApiContext): Response {
  const href = `${new URL(c.req.url).origin}/v2`;
  return c.json({
    versions: minorVersions.map((day, minor) => ({
      id: `v2.${minor}`,
      status: minor === minorVersions.length - 1 ? 'CURRENT' : 'SUPPORTED',
      updated: `${day.includes('T') ? day : `${day}T00`}:00:00Z`,
      links: [{ href, rel: 'self' }],
    })),
  });
}

export function discoveryRoutes(options: ApiOptions): Route[] {
  return [
    { method: 'GET', path: '/', handle: versions },
    { method: 'GET', path: '/v2.0', handle: (c) => c.json('v2') },
    {
      method: 'GET',
      path: '/v2.0/providers',
      handle: (c) => c.json({ providers: options.listProviders().flatMap(namesOf) }),
    },
  ];
}

/** A driver under its own name and under each name that existing tools know it by. */
function namesOf({ name, aliases, description }: ReturnType<ApiOptions['listProviders']>[number]) {
  return [
    { name, description },
    ...aliases.map((alias) => ({
      name: alias,
      description: `The same as ${name}. ${description}`,
    })),
  ];
}
