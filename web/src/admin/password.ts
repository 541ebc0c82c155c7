/** What a password must be. The server decides; this says it before the form is sent. Pure. */

const SHORTEST = 12;

/** What is wrong with it, or null. */
export function passwordFault(password: string): string | null {
  const characters = [...password].length;
  return characters < SHORTEST ? `${SHORTEST - characters} characters more are needed.` : null;
}
