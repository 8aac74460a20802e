/** What global setup hands to global teardown and to the reporter; all three run in Jest's parent process. */
let current;

export const serversOfThisRun = {
  get: () => current,
  set: (value) => {
    current = value;
  },
};
