/* Children who disappeared together: "with: Lina, 6". */

import { say } from "./sentences.js";

/** @param {{ first_name: string, age?: number | null }[]} people */
export const togetherText = (people) => say("together", { children: people.map(({ first_name: name, age }) => (age === null || age === undefined ? name : `${name}, ${age}`)).join("; ") });
