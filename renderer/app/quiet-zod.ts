import { config } from 'zod';

// Zod tries `new Function` to see whether it may compile its parsers; our Content-Security-Policy would report that as a
// violation. This module is imported before any schema is made.
config({ jitless: true });
