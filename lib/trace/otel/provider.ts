import { context, trace } from "@opentelemetry/api";
import { AlwaysOnSampler, type SpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import { TraceContextManager } from "./context_manager.ts";
import { createForeignSpanProcessor, type ForeignSpanOptions } from "./foreign_spans.ts";
import { createResource, type ResourceOptions } from "./resource.ts";

/** What {@linkcode registerProvider} needs. */
export interface ProviderOptions extends ForeignSpanOptions, ResourceOptions {
  /** Sends what waits in the outbox, for `forceFlush()` of the provider. */
  readonly drain: () => Promise<void>;
  onNotice(notice: string): void;
}

/**
 * Attributes, events and links of one span that are kept. The SDK's own limit is 128, which a
 * conversation of twenty messages exceeds: each is spelled out in several attributes.
 */
const MAX_PARTS = 10_000;

/**
 * Makes owllm the one to whom `@opentelemetry/api` brings the spans of this process, whoever makes
 * them. The returned function ends that. Where somebody else is registered already, theirs stays.
 */
export function registerProvider(options: ProviderOptions): () => Promise<void> {
  const provider = new TracerProvider({
    resource: createResource(options),
    // All of them: a caller elsewhere that keeps only every hundredth does not decide what is kept.
    sampler: new AlwaysOnSampler(),
    spanLimits: {
      attributeCountLimit: MAX_PARTS,
      eventCountLimit: MAX_PARTS,
      linkCountLimit: MAX_PARTS,
    },
    spanProcessors: [createForeignSpanProcessor(options), createOutboxProcessor(options.drain)],
  });
  if (!trace.setGlobalTracerProvider(provider)) {
    options.onNotice(
      "Another global TracerProvider is registered, so the spans that others make are not kept",
    );
    return () => Promise.resolve();
  }
  const ownContext = context.setGlobalContextManager(new TraceContextManager());
  if (!ownContext) {
    options.onNotice(
      "Another context manager of OpenTelemetry is registered, so spans do not know their parents",
    );
  }
  return async () => {
    trace.disable();
    if (ownContext) context.disable();
    await provider.shutdown();
  };
}

/**
 * The second processor, for an endpoint. A span reaches it by way of the outbox, in which the first
 * one has put it: so it is sent even when this process dies before the endpoint answers.
 */
function createOutboxProcessor(drain: () => Promise<void>): SpanProcessor {
  return {
    onStart() {},
    onEnd() {},
    forceFlush: drain,
    shutdown: () => Promise.resolve(),
  };
}
