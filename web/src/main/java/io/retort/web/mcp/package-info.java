/**
 * The MCP server at {@code /mcp}: JSON-RPC over HTTP, tools with their schemas, and what a refusal
 * looks like there. It translates and keeps nothing between two requests; it must not know how
 * answers are made or documents kept.
 */
@NullMarked
package io.retort.web.mcp;

import org.jspecify.annotations.NullMarked;
