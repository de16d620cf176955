C     SPDX-License-Identifier: BSD-3-Clause
C     A host as it was written in 1985: fixed form, COMMON, and one
C     field of a bigger array passed as its first element.
      SUBROUTINE FIXCAL(THIS, NPROMA, KIDIA, KFDIA, KLEV)
      USE HYBRID
      IMPLICIT NONE
      TYPE(HYBRID_CALL) THIS
      INTEGER NPROMA, KIDIA, KFDIA, KLEV
      REAL*8 ZRGP
      INTEGER*4 ITOP
      LOGICAL*4 LDCUM
      COMMON /FIELDS/ ZRGP(6,10,2), ITOP(6), LDCUM(6)
      CALL HYBRID_PUT_REAL64(THIS, 'air_temperature', ZRGP(1,3,2),
     &  NPROMA, KIDIA, KFDIA, KLEV)
      CALL HYBRID_GET_REAL64(THIS, 'tendency', ZRGP(1,7,2),
     &  NPROMA, KIDIA, KFDIA, KLEV)
      CALL HYBRID_GET_INT32(THIS, 'cloud_top', ITOP,
     &  NPROMA, KIDIA, KFDIA, 0)
      CALL HYBRID_GET_LOGICAL(THIS, 'convective', LDCUM,
     &  NPROMA, KIDIA, KFDIA, 0)
      END
