// Loaded into one process before anything else: its clock is wrong by so many milliseconds, as no setting of ours can
// make it. Timers run as ever.
const aheadMs = Number(process.env.FAULT_CLOCK_AHEAD_MS ?? 0);
const Right = Date;

globalThis.Date = new Proxy(Right, {
  construct: (_, given, target) =>
    Reflect.construct(Right, given.length === 0 ? [Right.now() + aheadMs] : given, target),
  apply: () => new Right(Right.now() + aheadMs).toString(),
  get: (_, name) => (name === 'now' ? () => Right.now() + aheadMs : Reflect.get(Right, name)),
});
