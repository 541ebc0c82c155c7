/** Every place of the console. The URL holds the whole state, so each view is a link. */
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from "@tanstack/react-router";
import { readCase, readCases } from "./cases/state";
import { readRules } from "./improve/state";
import { readHunt } from "./investigate/state";
import { Root } from "./shell/Root";
import { NotFound, ScreenFault } from "./shell/ScreenFault";
import { readQueue } from "./triage/state";

/** What every screen keeps in the URL. */
export interface Shared {
  /** See `shell/range.ts`. */
  range?: string;
}

const root = createRootRoute({ component: Root, notFoundComponent: NotFound });

const home = createRoute({
  getParentRoute: () => root,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/queue", replace: true });
  },
});

const queue = createRoute({
  getParentRoute: () => root,
  path: "/queue",
  validateSearch: readQueue,
  component: lazyRouteComponent(() => import("./triage/QueueScreen"), "QueueScreen"),
});

const hunt = createRoute({
  getParentRoute: () => root,
  path: "/hunt",
  validateSearch: readHunt,
  component: lazyRouteComponent(() => import("./investigate/HuntScreen"), "HuntScreen"),
});

const cases = createRoute({
  getParentRoute: () => root,
  path: "/cases",
  validateSearch: readCases,
  component: lazyRouteComponent(() => import("./cases/CasesScreen"), "CasesScreen"),
});

const oneCase = createRoute({
  getParentRoute: () => root,
  path: "/cases/$number",
  validateSearch: readCase,
  component: lazyRouteComponent(() => import("./cases/CaseScreen"), "CaseScreen"),
});

const rules = createRoute({
  getParentRoute: () => root,
  path: "/rules",
  validateSearch: readRules,
  component: lazyRouteComponent(() => import("./improve/RulesScreen"), "RulesScreen"),
});

const sources = createRoute({
  getParentRoute: () => root,
  path: "/sources",
  component: lazyRouteComponent(() => import("./admin/SourcesScreen"), "SourcesScreen"),
});

const settings = createRoute({
  getParentRoute: () => root,
  path: "/settings",
  component: lazyRouteComponent(() => import("./admin/SettingsScreen"), "SettingsScreen"),
});

const people = createRoute({
  getParentRoute: () => root,
  path: "/settings/people",
  component: lazyRouteComponent(() => import("./admin/PeopleScreen"), "PeopleScreen"),
});

const tokens = createRoute({
  getParentRoute: () => root,
  path: "/settings/tokens",
  component: lazyRouteComponent(() => import("./admin/TokensScreen"), "TokensScreen"),
});

export const router = createRouter({
  routeTree: root.addChildren([home, queue, hunt, cases, oneCase, rules, sources, settings, people, tokens]),
  defaultErrorComponent: ScreenFault,
  defaultPreload: "intent",
  // The cache of answers decides what is fresh.
  defaultPreloadStaleTime: 0,
  scrollRestoration: false,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
