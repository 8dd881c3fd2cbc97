/** The word by which an installed app, started by itself, knows that it is to be the helper of a run. */
export const helperWord = 'sandbox-helper';
