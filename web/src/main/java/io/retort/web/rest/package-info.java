/**
 * The REST resources that are neither answers nor search: collections, documents, jobs, keys,
 * logins, status. Controllers read, call and map; what the MCP server does as well stands in {@code
 * DocumentService}. They must not know how a room does its work.
 */
@NullMarked
package io.retort.web.rest;

import org.jspecify.annotations.NullMarked;
