/** Where the running system answers, such as `http://127.0.0.1:8080`. */
export interface SeedPlace {
  frontDoorUrl: string;
  issuerUrl: string;
}

/** Puts the demo tenant's data in over HTTP. May be run again on the same data. */
export async function seedDemo(_place: SeedPlace): Promise<void> {
  // Nothing yet: the routes are not there.
}
