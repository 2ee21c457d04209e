/**
 * The REST resources that are neither answers nor search: collections, documents, jobs, keys,
 * logins, status. Controllers read, call and map. They must not know how a room does its work.
 */
@NullMarked
package io.retort.web.rest;

import org.jspecify.annotations.NullMarked;
