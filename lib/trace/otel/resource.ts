import { type Resource, resourceFromAttributes } from "@opentelemetry/resources";

/** What is told of owllm itself with every span. */
export interface ResourceOptions {
  readonly owllmVersion: string;
  /** The project under which Phoenix shows the spans. */
  readonly project: string;
}

/** The resource of all spans that leave owllm. */
export function createResource({ owllmVersion, project }: ResourceOptions): Resource {
  return resourceFromAttributes({
    "service.name": "owllm",
    "service.version": owllmVersion,
    "openinference.project.name": project,
  });
}
