import { Problem } from "#contracts/http/problem.ts";
import { statusOf } from "#contracts/http/rejections.ts";
import type { Route } from "#contracts/http/route.ts";
import { ROUTES } from "#contracts/http/routes.ts";

/** Which route a request asks for: fixed paths before patterns, longer patterns before shorter ones. */
function routeOf(method: string, path: string): Route | undefined {
  const routes = (Object.values(ROUTES) as readonly Route[]).toSorted(
    (x, y) => Number(x.path.includes("{")) - Number(y.path.includes("{")) || y.path.length - x.path.length,
  );
  return routes.find((route) => {
    const pattern = route.path.replaceAll(".", "\\.").replace(/\{\w+\}/g, ".+");
    return route.method === method && new RegExp(`^${pattern}/?$`, "s").test(path);
  });
}

/** What an answer breaks of the published contract, in words; `undefined` where it keeps it. */
export function brokenPromise(method: string, path: string, status: number, body: unknown): string | undefined {
  if (status >= 400) {
    const problem = Problem.safeParse(body);
    if (!problem.success) return `${status} without a code: ${JSON.stringify(body)}`;
    const due = statusOf(problem.data.code);
    return due === status ? undefined : `${problem.data.code} is ${due}, not ${status}`;
  }
  const route = routeOf(method, path);
  if (route === undefined) return `${status} from a path that is not in the table`;
  if (status !== route.status) return `${status} where ${route.status} is promised`;
  const read = route.answer.safeParse(body);
  if (!read.success) return `${route.path}: ${read.error.message}`;
  // What the schema does not name is dropped by reading: nothing may be.
  const [told, promised] = [JSON.stringify(body), JSON.stringify(read.data)];
  return told.length === promised.length ? undefined : `${route.path} says more than promised: ${told} / ${promised}`;
}
