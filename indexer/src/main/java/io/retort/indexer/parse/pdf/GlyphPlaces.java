package io.retort.indexer.parse.pdf;

import io.retort.indexer.parse.GlyphBox;
import org.apache.fontbox.util.BoundingBox;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.common.PDRectangle;
import org.apache.pdfbox.pdmodel.font.PDFont;
import org.apache.pdfbox.pdmodel.font.PDFontDescriptor;
import org.apache.pdfbox.pdmodel.font.PDType3Font;
import org.apache.pdfbox.util.Matrix;
import org.apache.pdfbox.util.Vector;
import org.jspecify.annotations.Nullable;

/**
 * Where the glyphs of one page stand on it as a reader sees it: inside its crop box, turned by its
 * rotation. A box reaches from one glyph's origin to the next one's and from the font's descent to
 * its ascent, so that those of a line are level.
 */
final class GlyphPlaces {
  /**
   * A line may climb so many units in one unit, as scans do; beyond that a box would be a guess.
   */
  private static final float SLANT = 0.06f;

  private static final float ASCENT = 0.8f;
  private static final float DESCENT = -0.2f;

  private final PDRectangle crop;
  private final int rotation;

  GlyphPlaces(PDPage page) {
    crop = page.getCropBox();
    rotation = page.getRotation();
  }

  /**
   * Null if the glyph cannot be seen on the page, or its line runs neither level nor upright.
   *
   * @param glyph from a space where 1 is the font's size, and the origin the glyph's, to the page's
   * @param displacement from the glyph's origin to the next one's, in that space
   */
  @Nullable GlyphBox of(Matrix glyph, PDFont font, int code, Vector displacement)
      throws java.io.IOException {
    float width = font.isVertical() ? font.getWidth(code) / 1000 : displacement.getX();
    float ascent = ascent(font);
    float descent = descent(font);
    float alongX = glyph.getScaleX();
    float alongY = glyph.getShearY();
    float x = glyph.getTranslateX() - crop.getLowerLeftX();
    float y = glyph.getTranslateY() - crop.getLowerLeftY();
    boolean upright;
    float[] box; // two opposite corners, from the crop box's lower left upwards
    if (Math.abs(alongY) <= SLANT * Math.abs(alongX)) {
      float up = glyph.getScaleY();
      box = new float[] {x, y + up * descent, x + alongX * width, y + up * ascent};
      upright = false;
    } else if (Math.abs(alongX) <= SLANT * Math.abs(alongY)) {
      float up = glyph.getShearX();
      box = new float[] {x + up * descent, y, x + up * ascent, y + alongY * width};
      upright = true;
    } else {
      return null;
    }
    boolean turned = rotation == 90 || rotation == 270;
    return onPage(turned(box), turned, upright ^ turned ^ font.isVertical());
  }

  /** The corners from the top left of the turned page downwards. */
  private float[] turned(float[] box) {
    float w = crop.getWidth();
    float h = crop.getHeight();
    return switch (rotation) {
      case 90 -> new float[] {box[1], box[0], box[3], box[2]};
      case 180 -> new float[] {w - box[0], box[1], w - box[2], box[3]};
      case 270 -> new float[] {h - box[1], w - box[0], h - box[3], w - box[2]};
      default -> new float[] {box[0], h - box[1], box[2], h - box[3]};
    };
  }

  private @Nullable GlyphBox onPage(float[] box, boolean turned, boolean vertical) {
    float w = turned ? crop.getHeight() : crop.getWidth();
    float h = turned ? crop.getWidth() : crop.getHeight();
    float middleX = (box[0] + box[2]) / 2;
    float middleY = (box[1] + box[3]) / 2;
    if (!(middleX >= 0 && middleX <= w && middleY >= 0 && middleY <= h)) {
      return null; // also where a number is none
    }
    return new GlyphBox(
        steps(Math.min(box[0], box[2]), w),
        steps(Math.min(box[1], box[3]), h),
        steps(Math.max(box[0], box[2]), w),
        steps(Math.max(box[1], box[3]), h),
        vertical);
  }

  private static int steps(float points, float most) {
    return Math.round(Math.clamp(points, 0, most) * GlyphBox.STEPS);
  }

  private static float ascent(PDFont font) {
    if (font instanceof PDType3Font type3) {
      return ofType3(type3, true);
    }
    PDFontDescriptor descriptor = font.getFontDescriptor();
    float ascent = descriptor == null ? 0 : descriptor.getAscent() / 1000;
    return ascent > 0 ? Math.clamp(ascent, 0.6f, 1f) : ASCENT;
  }

  private static float descent(PDFont font) {
    if (font instanceof PDType3Font type3) {
      return ofType3(type3, false);
    }
    PDFontDescriptor descriptor = font.getFontDescriptor();
    float descent = descriptor == null ? 0 : -Math.abs(descriptor.getDescent() / 1000);
    return descent < 0 ? Math.clamp(descent, -0.35f, -0.15f) : DESCENT;
  }

  private static float ofType3(PDType3Font font, boolean upper) {
    BoundingBox box = font.getBoundingBox();
    if (box == null || box.getHeight() == 0) {
      return upper ? ASCENT : DESCENT;
    }
    float edge = upper ? box.getUpperRightY() : box.getLowerLeftY();
    return edge * font.getFontMatrix().getScaleY();
  }
}
