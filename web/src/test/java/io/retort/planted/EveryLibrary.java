package io.retort.planted;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.onnxruntime.OrtEnvironment;
import org.apache.lucene.document.Document;
import org.apache.tika.metadata.Metadata;
import org.commonmark.parser.Parser;
import org.springframework.context.ApplicationContext;
import picocli.CommandLine;

/** Breaks every rule about foreign libraries at once, so that EdgesTest can be seen to notice. */
record EveryLibrary(
    OrtEnvironment onnxRuntime,
    Document lucene,
    HuggingFaceTokenizer tokenizers,
    Metadata tika,
    ApplicationContext spring,
    CommandLine picocli,
    Parser commonmark) {}
