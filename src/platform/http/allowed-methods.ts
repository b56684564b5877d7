/** What Express knows of one route; its router is not typed. */
interface Layer {
  route?: { methods: Record<string, boolean> };
  match(path: string): boolean;
}

interface Router {
  stack: Layer[];
}

function routerOf(app: unknown): Router | undefined {
  if ((typeof app !== 'function' && typeof app !== 'object') || app === null || !('router' in app))
    return undefined;
  return app.router as Router;
}

/** The methods that routes at this path take; empty where the path is nobody's. */
export function allowedMethods(app: unknown, path: string): string[] {
  const methods = new Set<string>();
  for (const layer of routerOf(app)?.stack ?? []) {
    if (!layer.route || !layer.match(path)) continue;
    for (const method of Object.keys(layer.route.methods)) methods.add(method.toUpperCase());
  }
  if (methods.has('GET')) methods.add('HEAD');
  return [...methods].sort();
}
