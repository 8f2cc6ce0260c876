/** The command line is wrong; the message is for the person who typed it. Programs exit with code 2. */
export class UsageError extends Error {}
