// @ts-check
// `npm run mock`: the pages over a mock gym whose story goes on by itself.

import { Gym } from "./gym.mjs";
import { serve } from "./server.mjs";
import { play } from "./story.mjs";

const gym = new Gym();
const { port } = await serve(gym, Number(process.env["PORT"] ?? 8480));
play(gym);
console.log(`http://127.0.0.1:${port}/station/${gym.station.id}`);
