import { z } from 'zod';

/**
 * Imported before everything that has a schema: by default zod compiles parsers while it runs, which the page's
 * policy forbids, as it should.
 */
z.config({ jitless: true });
