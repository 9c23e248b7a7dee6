import { createWrapper } from "@segment/analytics-consent-tools";
import { AnalyticsBrowser } from "@segment/analytics-next";

// A page's script: what the page's own code asks for, it finds by name.
Object.assign(globalThis, { AnalyticsBrowser, createWrapper });
